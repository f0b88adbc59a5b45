// How many parts a text message goes out in: each is paid for. As the networks count (3GPP TS 23.038:
// 160 septets alone and 153 in each of several parts, or 70 and 67 UTF-16 units).
import { SegmentedMessage } from "sms-segments-calculator";

export interface Counted {
  /** Characters, as a person counts them. */
  characters: number;
  parts: number;
  /** GSM 03.38, or UCS-2 where a character is not in that. */
  encoding: "GSM-7" | "UCS-2";
  /** The first character that is not in GSM 03.38. */
  beyond: string | null;
}

export function countOf(text: string): Counted | null {
  if (text === "") return null;
  const message = new SegmentedMessage(text);
  const beyond = message.getNonGsmCharacters()[0] ?? null;
  return { characters: [...text].length, parts: message.segmentsCount, encoding: message.getEncodingName() === "GSM-7" ? "GSM-7" : "UCS-2", beyond };
}
