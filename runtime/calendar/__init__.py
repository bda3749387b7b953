"""When a cron line fires: pure arithmetic over croniter, right in every zone across gaps and folds."""
