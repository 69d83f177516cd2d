"""What the steps of a recipe decide by, a file for each step."""
