"""Small programs and pieces that keep the house: checks, generators, and a scratch installation."""
