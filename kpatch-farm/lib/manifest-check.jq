# Is this a manifest, of just the form that plan writes? (Somebody may have edited it, or the power failed.)
def list(f): type == "array" and all(.[]; f);
def text: type == "string" and (explode | index(0) == null);
def id: type == "string" and test("^[0-9a-f]{16}$");
def dir: type == "string" and test("^[A-Za-z0-9_+][A-Za-z0-9._+-]*$");
def entry: (.name | text) and (.id | id) and (.dir | dir) and (.options | list(text));
[inputs] | length == 1 and (.[0] | type == "object" and .format == $format
	and (.tool | type == "object" and (.file | text) and (.id | id) and (.version | text)) and (.options | list(text)) and (.environment | list(text and test("^[A-Z_]+=")))
	and (.kernels | list(type == "object" and entry and (.target == null or (.target | text))) and length > 0)
	and (.patches | list(type == "object" and entry and (.patches | list(type == "object" and (.file | text)) and length > 0)) and length > 0))
