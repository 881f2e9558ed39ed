import { ApiError } from "./errors";
import type { ServiceModel, Shape, ShapeReference, Structure, Value } from "./service-model";

/** The parameters of a form, nested by the dots in their names. */
type Tree = { value?: string; children: Map<string, Tree> };

/**
 * Reads the parameters of a request, in the names of the service model. Refuses what AWS refuses without looking at any
 * resource: a parameter that does not exist, a required one that is missing, a number or a word out of its range.
 *
 * Sources of the codes: https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html (MissingParameter,
 * UnknownParameter, InvalidParameterValue) and
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html (ValidationError).
 *
 * @throws {ApiError} on the first such parameter.
 */
export function parseRequest(
  model: ServiceModel,
  input: ShapeReference | undefined,
  form: URLSearchParams,
): Structure {
  const root: Tree = { children: new Map() };
  for (const [name, value] of form) {
    if (name !== "Action" && name !== "Version") {
      put(root, name, value);
    }
  }
  return input === undefined ? {} : readStructure(model, model.shape(input), root, "");
}

/** The form of a request with these parameters. */
export function requestForm(
  model: ServiceModel,
  action: string,
  input: ShapeReference | undefined,
  parameters: Structure,
): URLSearchParams {
  const form = new URLSearchParams({ Action: action, Version: model.version });
  if (input !== undefined) {
    writeValue(model, input, parameters, { form, name: "" });
  }
  return form;
}

function put(root: Tree, name: string, value: string): void {
  let node = root;
  for (const part of name.split(".")) {
    let next = node.children.get(part);
    if (next === undefined) {
      next = { children: new Map() };
      node.children.set(part, next);
    }
    node = next;
  }
  node.value = value;
}

function readStructure(model: ServiceModel, shape: Shape, node: Tree, path: string): Structure {
  const unknown = new Set(node.children.keys());
  const members: Record<string, Value> = {};
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const parameter = parameterName(model, name, member);
    const found = node.children.get(parameter);
    if (found !== undefined) {
      unknown.delete(parameter);
      members[name] = readValue(model, member, found, `${path}${parameter}`);
    } else if (shape.required?.includes(name)) {
      throw refusal(model, "MissingParameter", `The request must contain the parameter ${path}${parameter}`);
    }
  }
  const [first] = unknown;
  if (first !== undefined) {
    throw refusal(model, "UnknownParameter", `The parameter ${path}${first} is not recognized`);
  }
  return members;
}

function readValue(model: ServiceModel, reference: ShapeReference, node: Tree, path: string): Value {
  const shape = model.shape(reference);
  switch (shape.type) {
    case "structure":
      return readStructure(model, shape, node, `${path}.`);
    case "list":
      return readList(model, shape, node, path);
    default:
      return readScalar(model, shape, node.value ?? "", path);
  }
}

function readList(model: ServiceModel, shape: Shape, node: Tree, path: string): readonly Value[] {
  const { member } = shape;
  const items =
    model.protocol === "ec2" || shape.flattened ? node : node.children.get(member?.locationName ?? "member");
  if (member === undefined || items === undefined) {
    return [];
  }
  return [...items.children]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([index, item]) => readValue(model, member, item, `${path}.${index}`));
}

function readScalar(model: ServiceModel, shape: Shape, text: string, path: string): Value {
  const invalid = (why: string) =>
    refusal(model, "InvalidParameterValue", `Value (${text}) for parameter ${path} is invalid. ${why}`);
  switch (shape.type) {
    case "boolean":
      if (!["true", "false"].includes(text.toLowerCase())) {
        throw invalid("It must be true or false.");
      }
      return text.toLowerCase() === "true";
    case "integer":
    case "long":
    case "float":
    case "double": {
      const value = Number(text);
      if (text.trim() === "" || Number.isNaN(value)) {
        throw invalid("It must be a number.");
      }
      if (
        value < (shape.min ?? Number.NEGATIVE_INFINITY) ||
        value > (shape.max ?? Number.POSITIVE_INFINITY)
      ) {
        throw invalid(`It must be from ${shape.min ?? "any"} to ${shape.max ?? "any"}.`);
      }
      return value;
    }
    case "timestamp":
      return new Date(text);
    default:
      // Instance types are left out: AWS offers more of them than the model lists.
      if (shape.enum !== undefined && !shape.enum.includes(text) && !/instanceType/i.test(path)) {
        throw invalid(`It must be one of ${shape.enum.join(", ")}.`);
      }
      return text;
  }
}

interface Target {
  readonly form: URLSearchParams;
  readonly name: string;
}

function writeValue(model: ServiceModel, reference: ShapeReference, value: Value, target: Target): void {
  const shape = model.shape(reference);
  const inside = (name: string) => ({
    form: target.form,
    name: target.name === "" ? name : `${target.name}.${name}`,
  });
  if (shape.type === "structure") {
    for (const [name, member] of Object.entries(shape.members ?? {})) {
      const each = (value as Structure)[name];
      if (each !== undefined) {
        writeValue(model, member, each, inside(parameterName(model, name, member)));
      }
    }
    return;
  }
  const { member } = shape;
  if (shape.type === "list" && member !== undefined) {
    const isFlat = model.protocol === "ec2" || shape.flattened;
    for (const [index, item] of (value as readonly Value[]).entries()) {
      const position = isFlat ? String(index + 1) : `${member.locationName ?? "member"}.${index + 1}`;
      writeValue(model, member, item, inside(position));
    }
    return;
  }
  target.form.set(target.name, value instanceof Date ? value.toISOString() : String(value));
}

/** EC2 writes the names of parameters with a capital letter, whatever the model's name of the element is. */
function parameterName(model: ServiceModel, name: string, member: ShapeReference): string {
  if (model.protocol !== "ec2") {
    return member.locationName ?? name;
  }
  const fromElement = member.locationName;
  return (
    member.queryName ??
    (fromElement === undefined ? name : `${fromElement.charAt(0).toUpperCase()}${fromElement.slice(1)}`)
  );
}

function refusal(model: ServiceModel, code: string, message: string): ApiError {
  return new ApiError(model.protocol === "ec2" ? code : "ValidationError", message);
}
