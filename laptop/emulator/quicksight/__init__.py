"""QuickSight: data sources on Athena, data sets whose ingestions really run, dashboards, and who sees what.

| module | what it does |
|---|---|
| `service` | registers the operations; the package's only module that the emulator loads by name |
| `records` | the stores, and how every request is checked against the API's model and answered |
| `account` | subscription, settings, tags, searches |
| `identities`, `groups`, `permissions` | namespaces, users, groups; grants in the documented sets of actions |
| `data_sources`, `source` | Athena through a workgroup and a role; asks it for rows |
| `data_sets`, `semantic_model`, `geography` | data sets, and what their columns mean |
| `preparation`, `steps`, `filters` | the SQL of their preparation. Pure |
| `expressions`, `functions` | calculated columns: parsed, and what they may call. Pure |
| `expression_sql`, `function_sql`, `typed_sql` | calculated columns as SQL. Pure |
| `ingestions`, `ingestion_runs`, `imports` | ingestions, how they take their turn, and what each does |
| `spice`, `signals` | the Parquet files that they leave, and their metrics |
| `refreshes`, `schedule_rules` | refresh schedules, which run at their time |
| `row_security`, `rows` | row- and column-level security; the rows of a data set as a person sees them |
| `dashboards`, `definitions`, `versions` | dashboards; what of a definition is not there |
| `themes`, `folders`, `embedding`, `vpc_connections` | |

Not here: analyses, templates, topics, S3 and file sources, dashboards' pictures, alerts and mails. An operation that is
not registered is refused.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/ and the user guide.
"""
