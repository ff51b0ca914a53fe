extern void out(const unsigned short *);
void f(void){ out(u"ab"); }
