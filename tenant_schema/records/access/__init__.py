"""What a caller may do with the records of an object, and the part of the schema that the caller sees."""
