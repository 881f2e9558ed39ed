import { XMLParser } from "fast-xml-parser";
import type { Operation, ServiceModel, Shape, ShapeReference, Structure, Value } from "./service-model";

type Node = string | { readonly [name: string]: Node | readonly Node[] };

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, trimValues: false });

/** Reads the XML of a successful answer. Elements that the service model does not know are left out. */
export function parseAnswer(model: ServiceModel, operation: Operation, xml: string): Structure {
  const { output } = operation;
  if (output === undefined) {
    return {};
  }
  const root = child(parser.parse(xml), `${operation.name}Response`);
  const node = output.resultWrapper === undefined ? root : child(root, output.resultWrapper);
  return (read(model, output, node ?? "") ?? {}) as Structure;
}

/** Reads code and message of an answer that refuses a request; undefined if the body is no such answer. */
export function parseError(xml: string): { code: string; message: string } | undefined {
  const code = /<Code>([^<]*)<\/Code>/.exec(xml)?.[1];
  const message = /<Message>([\s\S]*?)<\/Message>/.exec(xml)?.[1] ?? "";
  return code === undefined ? undefined : { code: unescapeText(code), message: unescapeText(message) };
}

/** The body of a successful answer. Members that the service model does not know are an error of this program. */
export function answerBody(
  model: ServiceModel,
  operation: Operation,
  answer: Structure,
  requestId: string,
): string {
  const { output, name } = operation;
  const members = output === undefined ? "" : write(model, output, answer);
  const open = `<${name}Response xmlns="${model.namespace}">`;
  if (model.protocol === "ec2") {
    return `<?xml version="1.0" encoding="UTF-8"?>\n${open}<requestId>${requestId}</requestId>${members}</${name}Response>`;
  }
  const wrapper = output?.resultWrapper;
  const result = wrapper === undefined ? "" : `<${wrapper}>${members}</${wrapper}>`;
  return `${open}${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${name}Response>`;
}

export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function unescapeText(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#x27;", "'")
    .replaceAll("&#39;", "'")
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}

function child(node: Node | undefined, name: string): Node | undefined {
  const found = typeof node === "object" ? node[name] : undefined;
  return Array.isArray(found) ? found[0] : (found as Node | undefined);
}

function read(
  model: ServiceModel,
  reference: ShapeReference,
  node: Node | readonly Node[],
): Value | undefined {
  const shape = model.shape(reference);
  switch (shape.type) {
    case "structure":
      return readStructure(model, shape, node as Node);
    case "list": {
      const { member } = shape;
      if (member === undefined) {
        return [];
      }
      const items = shape.flattened
        ? node
        : typeof node === "object"
          ? (node as never)[listElement(model, member)]
          : [];
      return arrayOf<Node>(items).flatMap((item) => read(model, member, item) ?? []);
    }
    default:
      return readScalar(shape.type, typeof node === "string" ? node : String((node as never)["#text"] ?? ""));
  }
}

function readStructure(model: ServiceModel, shape: Shape, node: Node): Structure {
  const members: Record<string, Value> = {};
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const found = typeof node === "object" ? node[elementName(name, member)] : undefined;
    const value = found === undefined ? undefined : read(model, member, found as Node);
    if (value !== undefined) {
      members[name] = value;
    }
  }
  return members;
}

/** An empty element of a number, a truth value or a time has no value: moto writes some of these for "nothing". */
function readScalar(type: string, text: string): Value | undefined {
  switch (type) {
    case "boolean":
      return text === "" ? undefined : text.toLowerCase() === "true";
    case "integer":
    case "long":
    case "float":
    case "double":
      return text === "" ? undefined : Number(text);
    case "timestamp":
      return text === "" ? undefined : new Date(/[Z+]|-\d\d:\d\d$/.test(text) ? text : `${text}Z`);
    default:
      return text;
  }
}

function write(model: ServiceModel, reference: ShapeReference, value: Value): string {
  const shape = model.shape(reference);
  switch (shape.type) {
    case "structure":
      return Object.entries(value as Structure)
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => {
          const described = shape.members?.[name];
          if (described === undefined) {
            throw new Error(`the service model's ${reference.shape} has no member ${name}`);
          }
          return writeMember(model, name, described, member as Value);
        })
        .join("");
    case "list": {
      const { member } = shape;
      return member === undefined
        ? ""
        : (value as readonly Value[])
            .map((item) => element(listElement(model, member), write(model, member, item)))
            .join("");
    }
    case "timestamp":
      return (value as Date).toISOString();
    default:
      return escapeText(String(value));
  }
}

function writeMember(model: ServiceModel, name: string, member: ShapeReference, value: Value): string {
  const shape = model.shape(member);
  const { member: item } = shape;
  if (shape.type === "list" && shape.flattened && item !== undefined) {
    return (value as readonly Value[])
      .map((each) => element(elementName(name, member), write(model, item, each)))
      .join("");
  }
  return element(elementName(name, member), write(model, member, value));
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function elementName(name: string, member: ShapeReference): string {
  return member.locationName ?? name;
}

function listElement(model: ServiceModel, item: ShapeReference): string {
  return item.locationName ?? (model.protocol === "ec2" ? "item" : "member");
}

function arrayOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined || (value as unknown) === "") {
    return [];
  }
  return Array.isArray(value) ? value : [value as T];
}
