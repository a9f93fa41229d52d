"""What everything stands on: settings, database, migrations, errors, clock, jobs, event names."""
