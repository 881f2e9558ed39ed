import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { decode, encode, type PropertyMap } from "./values";

/** Decodes the properties in a message of the protocol; an absent field has no properties. */
export function properties(wire: Struct | undefined): PropertyMap {
  return wire === undefined ? {} : (decode(wire.toJavaScript()) as PropertyMap);
}

/** Encodes properties for a message of the protocol. */
export function struct(map: PropertyMap): Struct {
  return Struct.fromJavaScript(encode(map) as { [key: string]: never });
}
