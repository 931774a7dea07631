"""The only code that Lambda functions, Glue jobs, EMR steps and the CDK app share. Pure standard library."""
