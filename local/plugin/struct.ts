import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { decode, encode, type PropertyMap } from "./values";

/** The properties in a message of the protocol; none if it has no such field. */
export function properties(wire: Struct | undefined): PropertyMap {
  return wire === undefined ? {} : (decode(wire.toJavaScript()) as PropertyMap);
}

/** Properties as a message of the protocol carries them. */
export function struct(map: PropertyMap): Struct {
  return Struct.fromJavaScript(encode(map) as { [key: string]: never });
}
