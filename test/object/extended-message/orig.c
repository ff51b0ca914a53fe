struct ack { const char *msg; };
extern int other(struct ack *);
#define NL_SET_ERR_MSG(ack, text) do { static const char __msg[] = text; (ack)->msg = __msg; } while (0)
#ifdef PATCHED
int fresh(struct ack *ack) { NL_SET_ERR_MSG(ack, "fresh"); return other(ack) + 3; }
#endif
int f(struct ack *ack, int x)
{
#ifdef PATCHED
	if (x > 3) NL_SET_ERR_MSG(ack, "more than three");
#else
	if (x > 3) NL_SET_ERR_MSG(ack, "too much");
#endif
	return other(ack);
}
int same(struct ack *ack) { NL_SET_ERR_MSG(ack, "same"); return other(ack) + 1; }
