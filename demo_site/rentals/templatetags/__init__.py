"""Template tag libraries of the letting agency."""
