"""The choices a plan is made of: one kind per module, pure functions that never query."""
