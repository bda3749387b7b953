"""What the tasks of a flow do: one file a plugin family. Plugins import `runtime.tasks.base` and what stands below it, never each other."""
