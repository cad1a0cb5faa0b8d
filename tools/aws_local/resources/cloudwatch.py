"""AWS::CloudWatch: alarms, composite alarms, anomaly detectors, dashboards."""

from __future__ import annotations

from tools.aws_local.cloudformation.model import PutResource, Resource, tags_of


class _Alarm(Resource):
    SERVICE = "cloudwatch"
    NAME = "AlarmName"
    NAME_LIMIT = 255
    IMMUTABLE = frozenset({"AlarmName"})
    OPERATION = ""

    def create(self) -> None:
        given = {"AlarmName": self.name, **self.parameters(self.OPERATION)}
        self.call(self.OPERATION, **given)
        self.physical_resource_id = self.name
        self.attributes = {"Arn": f"arn:aws:cloudwatch:{self.region}:{self.account}:alarm:{self.name}"}

    def update(self, old: Resource) -> None:
        self.create()
        gone = set(tags_of(old.get("Tags"))) - set(tags_of(self.get("Tags")))
        if gone:
            self.call("untag_resource", ResourceARN=self.attributes["Arn"], TagKeys=sorted(gone))
        if self.get("Tags"):
            self.call("tag_resource", ResourceARN=self.attributes["Arn"], Tags=self.get("Tags"))

    def delete(self) -> None:
        self.call("delete_alarms", AlarmNames=[self.name])


class Alarm(_Alarm):
    """An alarm on a metric, or on an expression over metrics."""

    TYPE = "AWS::CloudWatch::Alarm"
    OPERATION = "put_metric_alarm"


class CompositeAlarm(_Alarm):
    """An alarm on alarms."""

    TYPE = "AWS::CloudWatch::CompositeAlarm"
    OPERATION = "put_composite_alarm"


class AnomalyDetector(Resource):
    """The model of a metric behind an anomaly band; any change makes a new one."""

    TYPE = "AWS::CloudWatch::AnomalyDetector"
    SERVICE = "cloudwatch"

    def create(self) -> None:
        self.call("put_anomaly_detector", **self.parameters("put_anomaly_detector"))
        self.physical_resource_id = self.name
        self.attributes = {"Id": self.name}

    def delete(self) -> None:
        given = self.parameters("delete_anomaly_detector", without=["Configuration", "MetricCharacteristics"])
        self.call("delete_anomaly_detector", **given)


class Dashboard(PutResource):
    """A dashboard."""

    TYPE = "AWS::CloudWatch::Dashboard"
    SERVICE = "cloudwatch"
    NAME = "DashboardName"
    NAME_LIMIT = 255
    IMMUTABLE = frozenset({"DashboardName"})

    def put(self) -> None:
        self.call("put_dashboard", **{"DashboardName": self.name, **self.parameters("put_dashboard", without=["Tags"])})
        self.physical_resource_id = self.name

    def delete(self) -> None:
        self.call("delete_dashboards", DashboardNames=[self.name])
