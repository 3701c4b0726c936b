"""SQL for records: conditions, joins, order and statements, built with Piccolo once for each shape."""
