"""What tables are made of: keys, audit columns, soft delete, trees, data scope, unique columns, states."""
