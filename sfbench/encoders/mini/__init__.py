"""Small encoders that this project trained on its simulated world."""
