"""What all trainers share: steps that can be resumed, lessons, and what is written at the end."""
