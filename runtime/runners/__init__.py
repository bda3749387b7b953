"""Where a command runs: in a container, or as a process of this machine. A runner never knows which task it works for."""
