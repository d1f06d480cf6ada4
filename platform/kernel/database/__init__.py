"""The database below the models: connections, engines, what drivers report, statements observed, migrations."""
