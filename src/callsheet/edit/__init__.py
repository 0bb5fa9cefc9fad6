"""Edit: the cut from picks, the soundtrack as a plan, and the cut as OpenTimelineIO."""
