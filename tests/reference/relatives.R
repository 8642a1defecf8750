# Relatives with known covariances, by plain R: dense marginal likelihoods of Gaussian models, and glmmTMB's propto with the dense
# covariance matrix for others. Data and pedigree are simulated here and go into the JSON.
#   R_LIBS=... Rscript tests/reference/relatives.R  writes relatives.json (glmmTMB 1.1.15 or later).

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
stopifnot(packageVersion("glmmTMB") >= "1.1.15")
suppressPackageStartupMessages({ library(ape); library(nlme) })

tabular <- function(sire, dam) {
  n <- length(sire); A <- matrix(0, n, n)
  for (i in seq_len(n)) {
    s <- sire[i]; d <- dam[i]
    for (j in seq_len(i - 1)) A[i, j] <- A[j, i] <- 0.5 * ((if (s) A[j, s] else 0) + (if (d) A[j, d] else 0))
    A[i, i] <- 1 + if (s && d) 0.5 * A[s, d] else 0
  }
  A
}

# Five generations of 40, 8 sires and 16 dams each, some parents unknown; generations 2 to 5 have records.
set.seed(20)
n <- 200; sire <- dam <- integer(n); generation <- rep(1:5, each = 40)
for (g in 2:5) {
  parents <- which(generation == g - 1); sires <- sample(parents, 8); dams <- sample(setdiff(parents, sires), 16)
  for (i in which(generation == g)) { sire[i] <- if (runif(1) < 0.92) sample(sires, 1) else 0; dam[i] <- if (runif(1) < 0.95) sample(dams, 1) else 0 }
}
A <- tabular(sire, dam)
id <- sprintf("a%03d", seq_len(n)); dimnames(A) <- list(id, id)
name.of <- function(parent) ifelse(parent == 0, NA, id[pmax(parent, 1)])
L <- t(chol(A))
breeding <- L %*% matrix(rnorm(2 * n), n) %*% chol(matrix(c(1, 0.5, 0.5, 1), 2))
maternal <- L %*% rnorm(n)
measured <- which(generation > 1)
rows <- rep(measured, each = 2)
records <- data.frame(animal = id[rows], id = id[rows], dam = ifelse(dam[rows] == 0, paste0("unknown", rows), id[pmax(dam[rows], 1)]),
                      sex = sample(c("F", "M"), n, TRUE)[rows], age = rep(c(1, 3), length(measured)), year = paste0("y", sample(1:6, length(rows), TRUE)))
permanent <- rnorm(n); yearly <- rnorm(6)
eta <- 1.2 * breeding[rows, 1] + 0.9 * permanent[rows] + 0.6 * yearly[as.integer(factor(records$year))] + 0.6 * (records$sex == "M")
records$weight <- round(10 + eta + rnorm(length(rows)), 3)
records$height <- round(5 + breeding[rows, 2] + 0.7 * permanent[rows] + rnorm(length(rows)), 3)
records$calves <- rpois(length(rows), exp(0.3 + 0.5 * eta))
records$bred <- rbinom(length(rows), 1, plogis(0.8 * eta))
first <- records$age == 1
records$birth <- round(records$weight + 1.2 * maternal[pmax(dam[rows], 1)] * (dam[rows] > 0), 3)

dense.fit <- function(y, X, covariance, start, reml) {
  pieces <- function(theta) {
    V <- covariance(theta)
    R <- try(chol(V), silent = TRUE)
    if (inherits(R, "try-error")) return(NULL)
    W <- backsolve(R, X, transpose = TRUE); v <- backsolve(R, y, transpose = TRUE)
    XX <- crossprod(W); beta <- solve(XX, crossprod(W, v)); r <- v - W %*% beta
    list(V = V, beta = as.vector(beta), XX = XX, value = 0.5 * (2 * sum(log(diag(R))) + sum(r^2) + (length(y) - if (reml) ncol(X) else 0) * log(2 * pi) +
      if (reml) as.numeric(determinant(XX)$modulus) else 0))
  }
  value <- function(theta) { p <- pieces(theta); if (is.null(p)) 1e10 else p$value }
  best <- nlminb(start, value, control = list(rel.tol = 1e-14, x.tol = 1e-10, iter.max = 1000, eval.max = 2000))
  best <- nlminb(best$par, value, control = list(rel.tol = 1e-15, x.tol = 1e-11, iter.max = 1000, eval.max = 2000))
  p <- pieces(best$par)
  c(p, list(theta = best$par, logLik = -p$value, hessian = optimHess(best$par, value)))
}

fits <- list()
keep <- function(name, formula, family, logLik, X, beta, se, covariance, modes, extra = list(), reml = FALSE, dispersion = NULL, dataset = "records", relatedness = "pedigree")
  fits[[length(fits) + 1]] <<- c(list(name = name, dataset = dataset, formula = formula, family = family, reml = reml, dispersionFormula = dispersion, relatedness = relatedness,
    logLik = logLik, fixed = lapply(seq_along(beta), function(j) list(name = colnames(X)[j], estimate = unname(beta[j]), standardError = unname(se[j]))),
    covariance = covariance, modes = modes), extra)
q <- function(group, name, estimate, effect1 = NULL, effect2 = NULL) list(group = group, name = name, effect1 = effect1, effect2 = effect2, estimate = estimate)
Zof <- function(column, levels) { Z <- matrix(0, length(column), length(levels)); Z[cbind(seq_along(column), match(column, levels))] <- 1; Z }
shown <- id[c(1, 7, 30, 45, 90, 133, 170, 200)]

# BLUPs of all animals and their standard errors of prediction, accuracies from them.
blups <- function(fit, y, X, C, variance) {
  Vi <- solve(fit$V); r <- y - X %*% fit$beta
  P <- Vi - Vi %*% X %*% solve(fit$XX, t(X) %*% Vi)
  list(mode = as.vector(C %*% Vi %*% r), error = sqrt(pmax(variance - rowSums((C %*% P) * C), 0)), given = sqrt(pmax(variance - rowSums((C %*% Vi) * C), 0)))
}

X <- model.matrix(~ sex, records); Za <- Zof(records$animal, id); Zy <- Zof(records$year, sort(unique(records$year)))
ZAZ <- Za %*% A %*% t(Za); ZZ <- tcrossprod(Za); YY <- tcrossprod(Zy)
for (reml in c(FALSE, TRUE)) {
  fit <- dense.fit(records$weight, X, function(t) exp(2 * t[1]) * ZAZ + exp(2 * t[2]) * ZZ + exp(2 * t[3]) * YY + exp(2 * t[4]) * diag(nrow(records)), c(0, -0.5, -0.5, 0), reml)
  sd <- exp(fit$theta); G <- sd[1]^2
  b <- blups(fit, records$weight, X, G * A %*% t(Za), G * diag(A))
  at <- match(shown, id)
  # h² with the delta method from the Hessian of the (restricted) likelihood in log standard deviations.
  total <- sum(sd^2); h2 <- G / total
  slope <- c(2 * h2 * (1 - h2), -2 * h2 * sd[2:4]^2 / total)
  keep(if (reml) "animal model reml" else "animal model", "weight ~ sex + pedigree(1 | animal) + (1 | id) + (1 | year)", "gaussian", fit$logLik, X, fit$beta, sqrt(diag(solve(fit$XX))),
       list(q("animal", "sd", sd[1], "(Intercept)"), q("id", "sd", sd[2], "(Intercept)"), q("year", "sd", sd[3], "(Intercept)")),
       lapply(seq_along(shown), function(k) list(group = "animal", level = shown[k], term = "(Intercept)", mode = b$mode[at[k]], sd = b$given[at[k]], predictionError = b$error[at[k]],
                                                 accuracy = sqrt(max(0, 1 - b$error[at[k]]^2 / (G * A[at[k], at[k]]))))),
       list(sigma = sd[4], heritability = h2, heritabilityError = sqrt(sum(slope * solve(fit$hessian, slope)))), reml)
}

# Maternal genetic effects beside direct ones. A mother who is unknown is a founder of her own: a row of her own in the pedigree.
mothers <- unique(records$dam); extra <- setdiff(mothers, id)
A2 <- rbind(cbind(A, matrix(0, n, length(extra))), cbind(matrix(0, length(extra), n), diag(length(extra)))); all.id <- c(id, extra); dimnames(A2) <- list(all.id, all.id)
Zm <- Zof(records$dam, all.id); MAM <- Zm %*% A2 %*% t(Zm)
fit <- dense.fit(records$birth, X, function(t) exp(2 * t[1]) * ZAZ + exp(2 * t[2]) * MAM + exp(2 * t[3]) * diag(nrow(records)), c(0, -0.5, 0), TRUE)
keep("maternal genetic", "birth ~ sex + pedigree(1 | animal) + pedigree(1 | dam, animal)", "gaussian", fit$logLik, X, fit$beta, sqrt(diag(solve(fit$XX))),
     list(q("animal", "sd", exp(fit$theta[1]), "(Intercept)"), q("dam", "sd", exp(fit$theta[2]), "(Intercept)")), list(), list(sigma = exp(fit$theta[3])), TRUE)

# Random regression on age, over the pedigree.
Xa <- model.matrix(~ age, records); D <- diag(records$age)
fit <- dense.fit(records$weight, Xa, function(t) { l <- matrix(c(exp(t[1]), t[2], 0, exp(t[3])), 2); G <- l %*% t(l)
  M <- cbind(1, records$age) %*% G %*% rbind(1, records$age); M * ZAZ + exp(2 * t[4]) * ZZ + exp(2 * t[5]) * diag(nrow(records)) }, c(0, 0, -1.5, -0.5, 0), FALSE)
l <- matrix(c(exp(fit$theta[1]), fit$theta[2], 0, exp(fit$theta[3])), 2); G <- l %*% t(l)
keep("random regression", "weight ~ age + pedigree(1 + age | animal) + (1 | id)", "gaussian", fit$logLik, Xa, fit$beta, sqrt(diag(solve(fit$XX))),
     list(q("animal", "sd", sqrt(G[1, 1]), "(Intercept)"), q("animal", "sd", sqrt(G[2, 2]), "age"), q("animal", "correlation", G[1, 2] / sqrt(G[1, 1] * G[2, 2]), "(Intercept)", "age"),
          q("id", "sd", exp(fit$theta[4]), "(Intercept)")), list(), list(sigma = exp(fit$theta[5])))

# Two traits, stacked: first measurements of each animal; residual covariance by us(0 + trait | id) without a residual.
one <- records[first, ]
stacked <- data.frame(animal = rep(one$animal, 2), id = rep(one$animal, 2), trait = rep(c("height", "weight"), each = nrow(one)), value = c(one$height, one$weight))
Xt <- model.matrix(~ 0 + trait, stacked); Zt <- Zof(one$animal, id); AA <- Zt %*% A %*% t(Zt)
fit <- dense.fit(stacked$value, Xt, function(t) { g <- matrix(c(exp(t[1]), t[2], 0, exp(t[3])), 2); r <- matrix(c(exp(t[4]), t[5], 0, exp(t[6])), 2)
  kronecker(g %*% t(g), AA) + kronecker(r %*% t(r), diag(nrow(one))) }, c(0, 0.3, 0, 0, 0.1, 0), FALSE)
g <- matrix(c(exp(fit$theta[1]), fit$theta[2], 0, exp(fit$theta[3])), 2); g <- g %*% t(g); r <- matrix(c(exp(fit$theta[4]), fit$theta[5], 0, exp(fit$theta[6])), 2); r <- r %*% t(r)
keep("two traits", "value ~ 0 + trait + pedigree(0 + trait | animal) + us(0 + trait | id)", "gaussian", fit$logLik, Xt, fit$beta, sqrt(diag(solve(fit$XX))),
     list(q("animal", "sd", sqrt(g[1, 1]), "traitheight"), q("animal", "sd", sqrt(g[2, 2]), "traitweight"), q("animal", "correlation", g[1, 2] / sqrt(g[1, 1] * g[2, 2]), "traitheight", "traitweight"),
          q("id", "sd", sqrt(r[1, 1]), "traitheight"), q("id", "sd", sqrt(r[2, 2]), "traitweight"), q("id", "correlation", r[1, 2] / sqrt(r[1, 1] * r[2, 2]), "traitheight", "traitweight")),
     list(), list(), dispersion = "~ 0", dataset = "stacked")

# Counts and yes or no, by glmmTMB with A of the animals that have records.
recorded <- id[measured]; records$all <- factor(1); records$animal <- factor(records$animal, recorded); AR <- A[recorded, recorded]
glmm <- function(name, formula, r, family, response) {
  fit <- fit.glmmTMB(as.formula(r, environment()), records, family.of(family, NULL), FALSE, NULL)
  theta <- fit$obj$env$parList(fit$fit$par)$theta
  s <- fit$modelInfo$reStruc$condReStruc
  at <- cumsum(vapply(s, function(x) as.integer(x$blockNumTheta), 1L))
  sd <- exp(theta[at[1]] / 2)
  others <- if (length(s) > 1) lapply(2:length(s), function(i) q(names(fit$modelInfo$reTrms$cond$cnms)[i], "sd", unname(exp(theta[at[i]])), "(Intercept)"))
  b <- fit$obj$env$last.par.best; b <- unname(b[names(b) == "b"])[seq_along(recorded)]
  everyone <- as.vector(A[, recorded] %*% solve(AR, b))
  keep(name, formula, family, -fit$fit$objective, fit$obj$env$data$X, fixef(fit)$cond, sqrt(diag(vcov(fit)$cond)), c(list(q("animal", "sd", unname(sd), "(Intercept)")), others),
       lapply(shown, function(a) list(group = "animal", level = a, term = "(Intercept)", mode = everyone[match(a, id)])), list(sigma = if (family == "nbinom2") sigma(fit),
       gradient = max(abs(fit$obj$gr(fit$fit$par)))))
}
glmm("counts", "calves ~ sex + pedigree(1 | animal) + (1 | id)", "calves ~ sex + propto(0 + animal | all, AR) + (1 | id)", "poisson")
glmm("counts nbinom2", "calves ~ sex + pedigree(1 | animal)", "calves ~ sex + propto(0 + animal | all, AR)", "nbinom2")
glmm("yes or no", "bred ~ sex + pedigree(1 | animal)", "bred ~ sex + propto(0 + animal | all, AR)", "binomial")

# Species: Brownian motion, Pagel's lambda and OU with two measurements of each, and without a residual by nlme.
set.seed(21)
tree <- rphylo(60, 1, 0); tree$tip.label <- sprintf("s%02d", 1:60); tree$edge.length <- 2 * tree$edge.length / max(node.depth.edgelength(tree))
V <- vcv(tree); D <- cophenetic(tree)[rownames(V), rownames(V)]
lambda.of <- function(l) { M <- l * V; diag(M) <- diag(V); M }
species <- data.frame(species = rep(tree$tip.label, each = 2), x = round(rnorm(120), 3))
species$y <- round(2 + 0.5 * species$x + as.vector(t(chol(lambda.of(0.7))) %*% rnorm(60))[match(species$species, rownames(V))] + 0.5 * rnorm(120), 3)
Xs <- model.matrix(~ x, species); Zs <- Zof(species$species, rownames(V))
pieces <- list("brownian" = list(function(p) V, 0, function(p) NULL, ""), "lambda" = list(function(p) lambda.of(sin(p)^2), 1, function(p) q("species", "lambda", sin(p)^2), ", model = lambda"),
               "ou" = list(function(p) exp(-exp(p) * D), 0, function(p) q("species", "decay", exp(p)), ", model = ou"))
for (model in names(pieces)) for (reml in c(FALSE, TRUE)) {
  m <- pieces[[model]]
  fit <- dense.fit(species$y, Xs, function(t) exp(2 * t[1]) * Zs %*% m[[1]](t[3]) %*% t(Zs) + exp(2 * t[2]) * diag(120), if (model == "brownian") c(0, -0.5) else c(0, -0.5, m[[2]]), reml)
  C <- exp(2 * fit$theta[1]) * m[[1]](fit$theta[3]); b <- blups(fit, species$y, Xs, C %*% t(Zs), diag(C)); show <- c(1, 9, 22, 40, 60)
  keep(paste("species", model, if (reml) "reml" else "ml"), sprintf("y ~ x + phylo(1 | species%s)", m[[4]]), "gaussian", fit$logLik, Xs, fit$beta, sqrt(diag(solve(fit$XX))),
       c(list(q("species", "sd", exp(fit$theta[1]), "(Intercept)")), if (model != "brownian") list(m[[3]](fit$theta[3]))),
       lapply(show, function(k) list(group = "species", level = rownames(V)[k], term = "(Intercept)", mode = b$mode[k], sd = b$given[k], predictionError = b$error[k])),
       list(sigma = exp(fit$theta[2])), reml, dataset = "species", relatedness = "tree")
}
means <- aggregate(cbind(x, y) ~ species, species, mean); rownames(means) <- means$species
Xm <- model.matrix(~ x, means)
by.nlme <- list("lambda" = corPagel(0.5, tree, form = ~ species), "ou" = corMartins(1, tree, form = ~ species))
for (model in names(by.nlme)) {
  gls.fit <- gls(y ~ x, means, correlation = by.nlme[[model]], method = "ML", control = glsControl(apVar = FALSE))
  m <- pieces[[model]]; M <- function(p) m[[1]](p)[means$species, means$species]
  fit <- dense.fit(means$y, Xm, function(t) exp(2 * t[1]) * M(t[2]), c(0, m[[2]]), FALSE)
  cat(sprintf("%s without residual: dense %.6f, nlme %.6f\n", model, fit$logLik, as.numeric(logLik(gls.fit))))
  keep(paste("species means", model), sprintf("y ~ x + phylo(1 | species%s)", m[[4]]), "gaussian", fit$logLik, Xm, fit$beta, sqrt(diag(solve(fit$XX))),
       list(q("species", "sd", exp(fit$theta[1]), "(Intercept)"), m[[3]](fit$theta[2])), list(), list(nlme = as.numeric(logLik(gls.fit))), FALSE, "~ 0", "means", "tree")
}
for (f in fits) cat(sprintf("%-24s %.8f  %s sigma %s h2 %s\n", f$name, f$logLik, paste(vapply(f$covariance, function(c) sprintf("%s %.4f", c$name, c$estimate), ""), collapse = ", "), format(f$sigma), format(f$heritability)))
records$all <- NULL
save.json(list(versions = package.versions(c("glmmTMB", "ape", "nlme")), pedigree = list(id = all.id, sire = c(name.of(sire), rep(NA, length(extra))), dam = c(name.of(dam), rep(NA, length(extra)))),
  tree = write.tree(tree, digits = 17), data = list(records = data.columns(records), stacked = data.columns(stacked), species = data.columns(species), means = data.columns(means)), fits = fits), "relatives.json")
