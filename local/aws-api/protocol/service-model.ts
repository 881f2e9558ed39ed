import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** A type of botocore's service model, as far as the local AWS API reads it. */
export interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, ShapeReference>>;
  readonly member?: ShapeReference;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly flattened?: boolean;
}

export interface ShapeReference {
  readonly shape: string;
  readonly locationName?: string;
  readonly queryName?: string;
}

export interface Operation {
  readonly name: string;
  readonly input?: ShapeReference;
  readonly output?: ShapeReference & { readonly resultWrapper?: string };
}

/**
 * The description of a service's API that AWS publishes with botocore: each operation, its parameters and its answer.
 * The local AWS API reads requests and writes answers by this model, so that it can neither accept a parameter that AWS
 * does not have nor answer with an element that the SDK does not know.
 */
export class ServiceModel {
  readonly #operations: Readonly<Record<string, Operation>>;
  readonly #shapes: Readonly<Record<string, Shape>>;
  readonly namespace: string;
  readonly version: string;
  /** EC2 has a dialect of the query protocol of its own, with other names of parameters and lists. */
  readonly protocol: "ec2" | "query";

  /** @param file `service-2.json.gz` of botocore. */
  constructor(file: string) {
    const model = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8"));
    this.#operations = model.operations;
    this.#shapes = model.shapes;
    this.namespace = model.metadata.xmlNamespace;
    this.version = model.metadata.apiVersion;
    this.protocol = model.metadata.protocol;
  }

  /** The operation of that name; undefined if the service has none. */
  operation(name: string): Operation | undefined {
    return Object.hasOwn(this.#operations, name) ? this.#operations[name] : undefined;
  }

  shape(reference: ShapeReference): Shape {
    const shape = this.#shapes[reference.shape];
    if (shape === undefined) {
      throw new Error(`the service model has no shape ${reference.shape}`);
    }
    return shape;
  }
}

/** A value of a request or an answer. The members have the names of the service model and of the SDK's types. */
export type Value = string | number | boolean | Date | readonly Value[] | Structure;
export interface Structure {
  readonly [member: string]: Value | undefined;
}
