"""Pages made of QuerySets: naive views on our engine against views that an expert has tuned."""
