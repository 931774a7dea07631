"""SageMaker Ground Truth: work teams, labeling jobs that really run, and the people who answer.

| module | what it does |
|---|---|
| `service` | registers the operations; the package's only module that the emulator loads by name |
| `workforces`, `teams`, `tags` | workforces and work teams |
| `jobs` | CreateLabelingJob and the other operations on labeling jobs |
| `job_rules` | what a request must be besides SageMaker's own model. Pure |
| `runner`, `batches` | the thread of a job, and the steps of a batch |
| `annotation`, `built_in` | calls the pre- and post-annotation functions; those of AWS for one class |
| `objects`, `task_rules`, `tasks` | data objects of a job, and the tasks that workers take from them |
| `planning` | which objects go to people next; where automated labeling plugs in |
| `manifest`, `output` | input and output manifests, and the folders of the output |
| `signals` | events, metrics, logs and notifications |
| `streaming` | objects that come through an SNS topic |
| `crowd`, `simulation` | simulated workers |
| `templates` | the Liquid templates of worker pages |

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sms.html
"""
