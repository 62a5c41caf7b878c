// Divides the rows of a region among threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

namespace arpipe {

// Rows of samples, half-open.
struct Rows {
    int top, bottom;
};

constexpr int BANDS_PER_THREAD = 4;  // so that a thread that is delayed leaves its share to the others
constexpr int SMALL_SAMPLES = 20'000;  // region that is drawn before another thread has started

// Bands of a region, which threads take one after the other.
class Bands {
  public:
    // `step`: rows that stay together.
    Bands(int height, int step, int count) : height_(height) {
        int steps = (height + step - 1) / step;
        rows_ = (steps + count - 1) / count * step;
        count_ = (height + rows_ - 1) / rows_;
    }

    // Call work(rows) for bands that nobody else has taken.
    template <typename Work>
    void take(const Work& work) {
        for (int band; (band = next_++) < count_;) {
            work(Rows{band * rows_, std::min((band + 1) * rows_, height_)});
            std::lock_guard<std::mutex> lock(mutex_);
            if (++finished_ == count_) all_finished_.notify_all();
        }
    }

    void wait() {
        std::unique_lock<std::mutex> lock(mutex_);
        all_finished_.wait(lock, [this] { return finished_ == count_; });
    }

  private:
    int height_, rows_, count_;
    std::atomic<int> next_{0};
    int finished_ = 0;
    std::mutex mutex_;
    std::condition_variable all_finished_;
};

// Whether other programs leave a processor to helpers.
//
// On a busy machine, one that is suspended in the middle of a band holds up all others for several milliseconds. After
// such a wait, none are started for a while: seldom enough that waits are rarer than one in a hundred frames.
class Helpers {
  public:
    using Clock = std::chrono::steady_clock;

    bool are_useful() const { return Clock::now().time_since_epoch().count() >= resume_at_; }

    void judge(Clock::duration worked, Clock::duration waited) {
        if (waited > worked / 2) resume_at_ = (Clock::now() + PAUSE).time_since_epoch().count();
    }

  private:
    static constexpr std::chrono::seconds PAUSE{5};
    std::atomic<Clock::rep> resume_at_{0};
};

inline Helpers HELPERS;

// Call work(rows) for bands that cover a region of width x height samples, on this thread and on others.
//
// The others are not joined: where all processors are busy, one may start when everything is done. It then finds no
// band left and does not touch `work`, which is gone.
template <typename Work>
void for_each_band(int width, int height, int step, int threads, const Work& work) {
    threads = std::min(threads, int(std::thread::hardware_concurrency()));
    if (threads < 2 || width * height < SMALL_SAMPLES || !HELPERS.are_useful())
        return work(Rows{0, height});
    const auto start = Helpers::Clock::now();
    auto bands = std::make_shared<Bands>(height, step, threads * BANDS_PER_THREAD);
    try {
        for (int i = 1; i < threads; ++i) std::thread([bands, &work] { bands->take(work); }).detach();
    } catch (const std::system_error&) {
        // No more threads: those that have started, and this one, draw everything.
    }
    bands->take(work);
    const auto finished = Helpers::Clock::now();
    bands->wait();
    HELPERS.judge(finished - start, Helpers::Clock::now() - finished);
}

}  // namespace arpipe
