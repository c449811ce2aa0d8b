"""Plans that outlive the process: memory is the planner's own, behind it one shared store."""
