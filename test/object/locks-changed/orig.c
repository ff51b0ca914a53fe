/* Locks that are taken, released, or left held otherwise: told, for the author to judge. */
struct mutex { long owner; };
extern void mutex_lock(struct mutex *), mutex_unlock(struct mutex *);
extern int mutex_trylock(struct mutex *);
extern int work(int);
static struct mutex lock = { 1 };
struct mutex *the_lock(void) { return &lock; }

int early(int i)
{
	int r;

	mutex_lock(&lock);
	r = work(i);
	mutex_unlock(&lock);
	return r;
}

int moved(struct mutex *m)
{
	mutex_lock(m);
	work(1);
	mutex_unlock(m);
	return 3;
}

/* As many as before, whatever else changed. */
int same(int i)
{
	if (!mutex_trylock(&lock))
		return 1;
	work(i);
	mutex_unlock(&lock);
	return 4;
}

int none(int i)
{
	return work(i) + 1;
}

/* Locks that have functions of their own */
extern void cpus_read_lock(void), cpus_read_unlock(void);
extern int refcount_dec_and_mutex_lock(int *, struct mutex *);
int own(int *refs)
{
	cpus_read_lock();
	if (refcount_dec_and_mutex_lock(refs, &lock))
		mutex_unlock(&lock);
	cpus_read_unlock();
	return 7;
}

/* In a function that only one side has: once inlined and once not, or new. */
static inline int inner(int i)
{
	mutex_lock(&lock);
	work(i);
	mutex_unlock(&lock);
	return 2;
}
int outer(int i)
{
	return inner(i) + 1;
}
int adds(int i)
{
	return work(i) + 8;
}

/* One that may be interrupted comes back without the lock, before and after. */
extern int mutex_lock_interruptible(struct mutex *);
int tries(int i)
{
	if (mutex_lock_interruptible(&lock))
		return -4;
	work(i);
	mutex_unlock(&lock);
	return 6;
}
