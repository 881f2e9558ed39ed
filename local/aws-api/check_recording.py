"""Compares recorded requests and answers of the local AWS API with botocore's service models.

    check_recording.py FILE

FILE has one exchange a line (http/recording.ts). Prints every difference, then the number of exchanges, and exits with 1
if there is a difference. Run with the Python of moto's virtual environment, which has botocore.
"""

import json
import sys
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timezone
from urllib.parse import parse_qsl

import botocore.session
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from botocore.validate import ParamValidator


def main(file):
    session = botocore.session.get_session()
    models = {name: session.get_service_model(name) for name in ("ec2", "autoscaling")}
    differences = set()
    count = 0
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            exchange = json.loads(line)
            count += 1
            operation = models[exchange["service"]].operation_model(exchange["action"])
            for difference in differences_of(models[exchange["service"]], operation, exchange):
                differences.add(f"{exchange['service']}:{exchange['action']}: {difference}")
    for difference in sorted(differences):
        print(difference)
    print(f"{count} exchanges, {len(differences)} differences")
    return 1 if differences or count == 0 else 0


def differences_of(model, operation, exchange):
    if exchange["status"] == 200 or exchange["input"]:
        yield from request_differences(model, operation, exchange)
    response = {"body": exchange["body"].encode(), "headers": {}, "status_code": exchange["status"]}
    parsed = create_parser(model.metadata["protocol"]).parse(response, operation.output_shape)
    parsed.pop("ResponseMetadata")
    if exchange["status"] != 200:
        if parsed.get("Error", {}).get("Code") != exchange["code"]:
            yield f"botocore reads the error {parsed.get('Error')} instead of {exchange['code']}"
        return
    if operation.output_shape is None:
        return
    yield from missing_members(operation.output_shape, parsed, "answer")
    if plain(parsed) != without_empty_lists(exchange["answer"], plain(parsed)):
        yield f"botocore reads {json.dumps(plain(parsed))} instead of {json.dumps(exchange['answer'])}"
    root = ElementTree.fromstring(exchange["body"])
    wrapper = operation.output_shape.serialization.get("resultWrapper")
    if wrapper is not None:
        root = next(child for child in root if name_of(child) == wrapper)
    yield from unknown_elements(model, operation.output_shape, root, "answer")


def request_differences(model, operation, exchange):
    report = ParamValidator().validate(exchange["input"], operation.input_shape)
    if report.has_errors():
        yield f"the request's parameters are not valid: {report.generate_report()}"
        return
    serialized = create_serializer(model.metadata["protocol"], False).serialize_to_request(exchange["input"], operation)
    expected = {name: text(value) for name, value in serialized["body"].items()}
    sent = dict(parse_qsl(exchange["form"], keep_blank_values=True))
    if sent != expected:
        yield f"the front read {json.dumps(exchange['input'])} in the form {exchange['form']}"


def text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def missing_members(shape, value, path):
    """Members that the model requires and the answer lacks, and words that the model does not list."""
    if shape.type_name == "structure":
        for name in shape.required_members:
            if name not in value:
                yield f"{path}.{name} is missing"
        for name, member in shape.members.items():
            if name in value:
                yield from missing_members(member, value[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for item in value:
            yield from missing_members(shape.member, item, f"{path}[]")
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{path} is {value!r}, which is none of {', '.join(shape.enum)}"


def unknown_elements(model, shape, element, path):
    """Elements that stand nowhere in the model."""
    is_ec2 = model.metadata["protocol"] == "ec2"
    if shape.type_name == "structure":
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for child in element:
            name = name_of(child)
            if path == "answer" and name in ("requestId", "ResponseMetadata"):
                continue
            if name not in members:
                yield f"{path} has the unknown element {name}"
            elif members[name].type_name == "list" and members[name].serialization.get("flattened"):
                yield from unknown_elements(model, members[name].member, child, f"{path}.{name}")
            else:
                yield from unknown_elements(model, members[name], child, f"{path}.{name}")
    elif shape.type_name == "list":
        expected = shape.member.serialization.get("name", "item" if is_ec2 else "member")
        for child in element:
            if name_of(child) != expected:
                yield f"{path} has the element {name_of(child)} instead of {expected}"
            yield from unknown_elements(model, shape.member, child, f"{path}[]")
    elif len(element) > 0:
        yield f"{path} has elements, and is a {shape.type_name}"


def name_of(element):
    return element.tag.rpartition("}")[2]


def plain(value):
    """The value with times in the form of JavaScript's JSON."""
    if isinstance(value, datetime):
        moment = value.astimezone(timezone.utc)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def without_empty_lists(value, parsed):
    """The value without members that botocore does not tell apart from nothing: lists without items."""
    if isinstance(value, dict) and isinstance(parsed, dict):
        return {
            name: without_empty_lists(member, parsed.get(name))
            for name, member in value.items()
            if not (member == [] and parsed.get(name) is None)
        }
    if isinstance(value, list) and isinstance(parsed, list) and len(value) == len(parsed):
        return [without_empty_lists(item, other) for item, other in zip(value, parsed)]
    return value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
