// Why what is typed into a field cannot be sent.
export type Problem =
  | { code: "missing" | "number" | "number_big" | "phone" | "name" | "names" | "time" | "json" | "record" | "record_name" | "record_number" | "record_json" | "amount" | "amount_whole" | "currency" }
  | { code: "amount_digits"; digits: number }
  | { code: "most"; most: number }
  | { code: "record_twice"; name: string };
