struct lock_class_key { };
extern void init_lock(void *, const char *, struct lock_class_key *);
void f(void *lock) { static struct lock_class_key __key; init_lock(lock, "a", &__key); }
