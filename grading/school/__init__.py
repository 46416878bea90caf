"""What comes from a school and goes back: rosters, submissions and grades of other systems, deadlines, the exchange."""
