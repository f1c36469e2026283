#include "tune/bayesian.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "tune/gaussian_process.h"
#include "tune/sampling.h"

namespace kennel::tune {
namespace {

constexpr std::size_t kSpreadMin = 4;
constexpr std::size_t kSpreadMax = 10;
// Every other proposal is to improve the best by so many standard deviations: without that a search
// stays in the first valley that it finds.
constexpr double kBoldGoal = 0.2;
constexpr std::size_t kRandomCandidates = 1000;
constexpr std::size_t kNearCandidates = 100;  // around each of the best trials
constexpr std::size_t kBestTrials = 5;
constexpr std::size_t kClimbs = 5;
constexpr int kClimbSteps = 150;
constexpr double kClimbBegin = 0.1;
constexpr double kClimbEnd = 1e-4;

// How many trials are spread over the space before anything is concluded.
std::size_t spread_trials(const Search& search) {
  const auto budget = static_cast<std::size_t>(search.trials_max) / 3;
  const std::size_t wanted = std::clamp(search.space.size() + 2, kSpreadMin, kSpreadMax);
  return std::max(std::min(wanted, budget), std::size_t{2});
}

struct Known {
  std::vector<Observation> outcomes;
  std::vector<Point> pending;
};

// A loss that is far beyond all others would make them look the same: where it is cut.
double cut_outliers(std::vector<Observation>& outcomes) {
  constexpr double kFar = 10;
  std::vector<double> losses;
  for (const Observation& one : outcomes) losses.push_back(one.loss);
  std::ranges::sort(losses);
  const double middle = losses[losses.size() / 2];
  const double spread = middle - losses.front();
  const double cap = spread > 0 ? middle + kFar * spread : losses.back();
  for (Observation& one : outcomes) one.loss = std::min(one.loss, cap);
  return cap;
}

// A trial that failed is as bad as the worst, so that nobody goes there again.
Known what_is_known(const Search& search, const Trials& trials) {
  Known known;
  std::vector<Point> failed;
  std::optional<double> worst;
  const auto look_at = [&](const Trial& trial) {
    const Point point = point_of(search.space, trial.configuration);
    const auto best = trial.best();
    if (trial.is_running()) {
      known.pending.push_back(point);
    } else if (trial.state == TrialState::kFailed || !best) {
      failed.push_back(point);
    } else {
      known.outcomes.push_back({point, *best});
      worst = std::max(worst.value_or(*best), *best);
    }
  };
  std::ranges::for_each(search.earlier, look_at);
  std::ranges::for_each(trials, look_at);
  if (!worst) return known;
  worst = std::min(*worst, cut_outliers(known.outcomes));
  // In front: the length scales are fitted to the latest.
  std::vector<Observation> all;
  for (Point& point : failed) all.push_back({std::move(point), *worst});
  std::ranges::move(known.outcomes, std::back_inserter(all));
  known.outcomes = std::move(all);
  return known;
}

struct Candidate {
  Point point;
  double worth = 0;  // logarithm of the expected improvement
};

// Looks for the configuration that is worth most.
class Hunt {
 public:
  // `goal`: what is to be improved upon, in the scale of the process.
  Hunt(const Search& search, const GaussianProcess& process, double goal, base::Random random)
      : space_(search.space), process_(process), goal_(goal), random_(random) {}

  std::vector<Candidate> run(const std::vector<Observation>& outcomes) {
    std::vector<Candidate> candidates;
    for (std::size_t number = 0; number < kRandomCandidates; ++number) {
      candidates.push_back(judge(random_point(random_, number, space_.size())));
    }
    for (const Point& point : best_points(outcomes)) {
      for (std::size_t number = 0; number < kNearCandidates; ++number) {
        candidates.push_back(judge(near(point, 0.2 * std::pow(0.5, number % 8))));
      }
    }
    sort(candidates);
    const std::size_t climbs = std::min(kClimbs, candidates.size());
    for (std::size_t place = 0; place < climbs; ++place) climb(candidates[place]);
    sort(candidates);
    return candidates;
  }

 private:
  static void sort(std::vector<Candidate>& candidates) {
    std::ranges::stable_sort(candidates, std::ranges::greater(), &Candidate::worth);
  }

  static std::vector<Point> best_points(const std::vector<Observation>& outcomes) {
    std::vector<Observation> sorted = outcomes;
    std::ranges::stable_sort(sorted, std::ranges::less(), &Observation::loss);
    std::vector<Point> points;
    for (std::size_t place = 0; place < std::min(kBestTrials, sorted.size()); ++place) {
      points.push_back(sorted[place].point);
    }
    return points;
  }

  // As the configuration that it stands for.
  Candidate judge(const Point& anywhere) const {
    Point point = point_of(space_, configuration_at(space_, anywhere));
    const Belief belief = process_.at(point);
    const double worth = log_expected_improvement(belief.mean, belief.deviation, goal_);
    return {std::move(point), worth};
  }

  // A normal step away, and now and then another category.
  Point near(const Point& center, double distance) {
    constexpr double kOtherCategory = 0.2;
    Point point = center;
    for (std::size_t place = 0; place < point.size(); ++place) {
      if (is_categorical(space_[place])) {
        if (random_.uniform() < kOtherCategory) point[place] = random_.uniform();
      } else {
        point[place] = std::clamp(point[place] + distance * random_.normal(), 0.0, 1.0);
      }
    }
    return point;
  }

  // By trial: steps that work become longer, others shorter. Integers and categories have no slope.
  void climb(Candidate& from) {
    double distance = kClimbBegin;
    for (int step = 0; step < kClimbSteps && distance > kClimbEnd; ++step) {
      const bool one_by_one = step % 2 == 0;
      Candidate next =
          judge(one_by_one ? along_one(from.point, distance) : near(from.point, distance));
      if (next.worth > from.worth) {
        from = std::move(next);
        distance *= 1.6;
      } else {
        distance *= 0.85;
      }
    }
  }

  Point along_one(const Point& center, double distance) {
    Point point = center;
    const std::size_t place = random_.below(point.size());
    const bool categorical = is_categorical(space_[place]);
    const double moved = point[place] + (random_.uniform() < 0.5 ? -distance : distance);
    point[place] = categorical ? random_.uniform() : std::clamp(moved, 0.0, 1.0);
    return point;
  }

  const Space& space_;
  const GaussianProcess& process_;
  double goal_;
  base::Random random_;
};

bool was_tried(const Search& search, const Trials& trials,
               const std::vector<Configuration>& proposed, const Configuration& one) {
  const auto tried = [&](const Trial& trial) { return trial.configuration == one; };
  return std::ranges::any_of(trials, tried) || std::ranges::any_of(search.earlier, tried) ||
         std::ranges::find(proposed, one) != proposed.end();
}

// The best that is new; the best of all where everything was tried.
Configuration choose(const Search& search, const Trials& trials,
                     const std::vector<Configuration>& proposed,
                     const std::vector<Candidate>& candidates) {
  for (const Candidate& candidate : candidates) {
    Configuration one = configuration_at(search.space, candidate.point);
    if (!was_tried(search, trials, proposed, one)) return one;
  }
  return configuration_at(search.space, candidates.front().point);
}

// Of the spread ones, the next that is new.
Configuration spread(const Search& search, const Trials& trials,
                     const std::vector<Configuration>& proposed) {
  constexpr std::uint64_t kLooksMax = 100;
  const base::Random random = base::Random(search.seed).fork("spread");
  const std::uint64_t first = trials.size() + proposed.size();
  Configuration one;
  for (std::uint64_t look = 0; look < kLooksMax; ++look) {
    const Point point = spread_point(random, first + look, search.space.size());
    one = configuration_at(search.space, point);
    if (!was_tried(search, trials, proposed, one)) break;
  }
  return one;
}

}  // namespace

double log_expected_improvement(double mean, double deviation, double best) {
  constexpr double kFarAway = -25;
  static const double kLogRoot2Pi = 0.5 * std::log(2 * std::numbers::pi);
  const double z = (best - mean) / deviation;
  if (z < kFarAway) {  // phi(z) / z^2 but for terms of 3 / z^2
    return std::log(deviation) - 0.5 * z * z - kLogRoot2Pi - 2 * std::log(-z);
  }
  const double density = std::exp(-0.5 * z * z - kLogRoot2Pi);
  const double below = 0.5 * std::erfc(-z / std::numbers::sqrt2);
  return std::log(deviation) + std::log(density + z * below);
}

std::vector<Configuration> propose_bayesian(const Search& search, const Trials& trials,
                                            std::size_t count) {
  std::vector<Configuration> proposed;
  const Known known = what_is_known(search, trials);
  const std::size_t begun = trials.size() + search.earlier.size();
  const std::size_t to_spread = spread_trials(search);
  while (proposed.size() < count &&
         (begun + proposed.size() < to_spread || known.outcomes.empty())) {
    proposed.push_back(spread(search, trials, proposed));
  }
  if (proposed.size() == count) return proposed;
  GaussianProcess process(search.space, known.outcomes);
  for (const Point& point : known.pending) process.assume(point);
  for (const Configuration& one : proposed) process.assume(point_of(search.space, one));
  while (proposed.size() < count) {
    const std::size_t number = trials.size() + proposed.size();
    const double goal = process.best_mean() - (number % 2 == 0 ? kBoldGoal : 0);
    const auto random = base::Random(search.seed).fork("hunt", number);
    const auto candidates = Hunt(search, process, goal, random).run(known.outcomes);
    proposed.push_back(choose(search, trials, proposed, candidates));
    if (proposed.size() < count) process.assume(point_of(search.space, proposed.back()));
  }
  return proposed;
}

}  // namespace kennel::tune
