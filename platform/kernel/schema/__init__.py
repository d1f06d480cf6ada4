"""The classes of bodies: the base of requests and responses, types of fields, common records, the envelope."""
