"""SESv2 over aiobotocore: the only package that imports boto3, botocore and aiobotocore."""
