namespace EcoGlmm.Estimation;

/// <summary>How the modes move with the parameters.</summary>
internal sealed partial class ModeSearch
{
    /// <summary>Moves the modes along dû/dψ from the last point, where factor, weights and scores still stand.</summary>
    private void Predict(ReadOnlySpan<double> psi)
    {
        ModeChange(psi, _psi, _step, isRough: true);
        for (var j = 0; j < _count; j++) Modes[j] += _step[j];
    }

    /// <summary>
    /// (dû/dψ)(to − from) at the last evaluation: −H⁻¹(ΛᵀZᵀW Δη − ΔΛᵀZᵀℓ′ + ΔP û), Δη = XΔβ + ZΔΛ û.
    /// </summary>
    public void ModeChange(ReadOnlySpan<double> to, ReadOnlySpan<double> from, Span<double> result, bool isRough = false)
    {
        var difference = new double[_psi.Length];
        for (var j = 0; j < difference.Length; j++) difference[j] = to[j] - from[j];
        var theta = difference.AsSpan(_model.FixedCount);
        var lambdas = new double[_model.Terms.Count][];
        for (var t = 0; t < lambdas.Length; t++)
        {
            var term = _model.Terms[t];
            lambdas[t] = new double[term.Width * term.LatentWidth];
            term.Loadings.Change(_system.Lambda.LoadingsTheta(t), theta.Slice(term.ThetaOffset, term.Loadings.ParameterCount), lambdas[t]);
            _system.Lambda.Multiply(t, lambdas[t], Modes, _b);
        }

        var (ztl, moved) = (_gradient, _trial);
        Array.Clear(ztl);
        Array.Clear(moved);
        result.Clear();
        foreach (var m in _model.ActivePredictors)
        {
            Array.Clear(_change);
            _model.Basis[m]!.AddProduct(difference.AsSpan(_model.FixedOffset[m], _model.Basis[m]!.Columns), _change);
            _system.AddZb(m, _b, _change);
            foreach (var k in _model.RandomPredictors)
            {
                var second = _observations.Second[LinearPredictor.Pair(k, m)];
                if (second is null) continue;
                for (var i = 0; i < _weighted.Length; i++) _weighted[i] = second[i] * _change[i];
                _system.AddZtx(k, _weighted, result);
            }
        }

        _system.Lambda.MultiplyTransposed(result, result);
        foreach (var k in _model.RandomPredictors) _system.AddZtx(k, _observations.First[k]!, ztl);
        for (var t = 0; t < lambdas.Length; t++)
        {
            _system.Lambda.MultiplyTransposed(t, lambdas[t], ztl, moved);
        }

        for (var j = 0; j < _count; j++) result[j] += moved[j];
        Array.Clear(moved);
        for (var t = 0; t < lambdas.Length; t++)
        {
            var term = _model.Terms[t];
            if (term.Structure.Precision is not { ParameterCount: > 0 } varying) continue;
            _system.Lambda.AddPrecisionChange(t, theta.Slice(term.ThetaOffset + term.Loadings.ParameterCount, varying.ParameterCount),
                Modes, moved);
        }

        for (var j = 0; j < _count; j++) result[j] -= moved[j];
        if (isRough) _system.SolveRoughly(result);
        else _system.Solve(result);
    }
}
