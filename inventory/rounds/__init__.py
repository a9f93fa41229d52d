"""Going round machine rooms (巡检) and accepting them (验收): lists, rounds, what is to be put right."""
