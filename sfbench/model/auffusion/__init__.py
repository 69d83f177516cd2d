"""Auffusion, the text-to-audio model that the others adapt: mel images, networks, vocoder."""
