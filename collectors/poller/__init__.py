"""The poller process and its rounds: who is watched (roster), when (wheel), what is done then, what is concluded."""
