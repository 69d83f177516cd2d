"""Getting clips from YouTube: find, guard, cut, and say why not."""
