"""The course in other languages: gettext PO files in translations/, and the build that puts them into what is read.

``texts.py`` knows where the texts stand, ``literals.py`` those in Python code, ``catalogue.py`` the PO files,
``faults.py`` what a translation must keep, and ``build.py`` writes a language's folder.
"""
