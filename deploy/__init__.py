"""What an installation needs around the program, and what is made when a release is."""
