"""The instructor's workshop: what turns source/ into release/, and what builds a class to try it on."""

from tools import helpers

helpers.lay_out()
