"""Words that no object and no field may be named, because databases or Python read them otherwise."""

import keyword

__all__ = ["MARIADB_WORDS", "MYSQL_WORDS", "PYTHON_WORDS", "RESERVED_WORDS", "SQLITE_WORDS"]

# What information_schema.keywords calls reserved in MySQL 9.7.
_MYSQL = """
    accessible add all alter analyze and as asc asensitive before between bigint binary blob both by call
    cascade case change char character check collate column condition constraint continue convert create
    cross cube cume_dist current_date current_time current_timestamp current_user cursor database
    databases day_hour day_microsecond day_minute day_second dec decimal declare default delayed delete
    dense_rank desc describe deterministic distinct distinctrow div double drop dual each else elseif
    empty enclosed escaped except exists exit explain external false fetch first_value float float4 float8
    for force foreign from fulltext function generated get grant group grouping groups having
    high_priority hour_microsecond hour_minute hour_second if ignore in index infile inner inout
    insensitive insert int int1 int2 int3 int4 int8 integer intersect interval into io_after_gtids
    io_before_gtids is iterate join json_table key keys kill lag last_value lateral lead leading leave
    left library like limit linear lines load localtime localtimestamp lock long longblob longtext loop
    low_priority match maxvalue mediumblob mediumint mediumtext middleint minute_microsecond minute_second
    mod modifies natural no_write_to_binlog not nth_value ntile null numeric of on optimize
    optimizer_costs option optionally or order out outer outfile over partition percent_rank precision
    primary procedure purge qualify range rank read read_write reads real recursive references regexp
    release rename repeat replace require resignal restrict return revoke right rlike row row_number rows
    schema schemas second_microsecond select sensitive separator set show signal smallint spatial specific
    sql sql_big_result sql_calc_found_rows sql_small_result sqlexception sqlstate sqlwarning ssl starting
    stored straight_join system table tablesample terminated then tinyblob tinyint tinytext to trailing
    trigger true undo union unique unlock unsigned update usage use using utc_date utc_time utc_timestamp
    values varbinary varchar varcharacter varying virtual when where while window with write xor
    year_month zerofill
"""

# What MariaDB 10.11 or 11.8 refuses as the name of a column, beyond MySQL's.
_MARIADB = """
    current_role delete_domain_id do_domain_ids ignore_domain_ids master_demote_to_replica
    master_demote_to_slave master_ssl_verify_server_cert offset page_checksum parse_vcol_expr portion
    ref_system_id returning sql_after_gtids sql_before_gtids sql_buffer_result sql_cache sql_no_cache
    stats_auto_recalc stats_persistent stats_sample_pages vector
"""

# The keywords that SQLite 3.40 refuses as the name of a column (most of its 147 it takes).
_SQLITE = """
    add all alter and as autoincrement between case cast check collate commit constraint create default
    deferrable delete distinct drop else escape except exists foreign from group having in index insert
    intersect into is isnull join limit not nothing notnull null on or order primary raise references
    returning select set table then to transaction union unique update using values when where
"""

MYSQL_WORDS = frozenset(_MYSQL.split())
MARIADB_WORDS = frozenset(_MARIADB.split())
SQLITE_WORDS = frozenset(_SQLITE.split())
PYTHON_WORDS = frozenset(word.lower() for word in keyword.kwlist)

RESERVED_WORDS = MYSQL_WORDS | MARIADB_WORDS | SQLITE_WORDS | PYTHON_WORDS
