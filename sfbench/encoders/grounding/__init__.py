"""Text-to-audio grounding: when is what a prompt describes heard?"""
