"""Custom classifiers: what Glue's own would not recognize, or not as we want."""

from aws_cdk import aws_glue as glue
from constructs import Construct

ACCESS_LOG_CLASSIFICATION = "apache_combined"
# The combined format of the Apache HTTP server (https://httpd.apache.org/docs/2.4/logs.html#combined), with the column
# names of Glue's built-in COMBINEDAPACHELOG and numbers as numbers. A size of "-" is null.
ACCESS_LOG_GROK = (
    r"%{IPORHOST:clientip} %{NOTSPACE:ident} %{NOTSPACE:auth} \[%{HTTPDATE:timestamp}\] "
    r'"(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})" '
    r"%{NUMBER:response:int} (?:%{NUMBER:bytes:long}|-) %{QS:referrer} %{QS:agent}"
)


class Classifiers(Construct):
    """The lake's classifiers, by name."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self._access_log = glue.CfnClassifier(
            self,
            "AccessLog",
            grok_classifier=glue.CfnClassifier.GrokClassifierProperty(
                classification=ACCESS_LOG_CLASSIFICATION, grok_pattern=ACCESS_LOG_GROK
            ),
        )
        # Glue's own CSV classifier guesses whether the first line is a header, and wrongly where all columns are text.
        self._csv = glue.CfnClassifier(
            self,
            "CsvWithHeader",
            csv_classifier=glue.CfnClassifier.CsvClassifierProperty(
                delimiter=",", quote_symbol='"', contains_header="PRESENT", allow_single_column=False
            ),
        )
        # Each document of a file is a row, also where a file starts with a nested one.
        self._json = glue.CfnClassifier(
            self, "JsonDocuments", json_classifier=glue.CfnClassifier.JsonClassifierProperty(json_path="$")
        )

    @property
    def raw(self) -> list[str]:
        """Names of the classifiers for the raw zone, in the order in which they are tried."""
        # JSON first: a line of JSON has commas, which is all that a CSV classifier asks for.
        return [self._json.ref, self._csv.ref]

    @property
    def access_logs(self) -> list[str]:
        """Names of the classifiers for access logs."""
        return [self._access_log.ref]
