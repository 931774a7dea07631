"""Automated data labeling: people label some objects, a model the rest, if it is known to be good enough.

It runs in a process of its own, in the environment that has scikit-learn, and knows nothing of AWS.

| module | what it does |
|---|---|
| `loop` | what to do next: whom to ask about what, or what the model labels. Pure |
| `certainty` | how likely it is that fewer of the model's labels are right than they must. Pure |
| `learner` | models, and scores for objects that a model has not seen. Pure |
| `features` | numbers from pictures and texts |
| `__main__` | the process: a request on standard input, a decision on standard output |

The loop is the documented one but for its threshold, which a validation sample alone sets too low:
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-automated-labeling.html
"""
