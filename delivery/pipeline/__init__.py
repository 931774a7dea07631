"""The promotion inside of AWS, for who has no GitHub Actions: CDK Pipelines over the same environments."""
